"""The wiring of a release as a graph, drawn as SVG or Mermaid."""
