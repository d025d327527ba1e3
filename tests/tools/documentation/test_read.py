"""Which values are told of, and what the comments say of them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from chartproof.documentation.read import Read
from chartproof.documentation.read import read as read_text


def read(text: str) -> Read:
    """Read values that are indented as the test is."""
    return read_text(dedent(text))


def told(text: str) -> dict[str, str]:
    """Return what is said of each value."""
    return {value.name: value.description for value in read(text).values}


def problems(text: str) -> list[str]:
    """Return what is amiss."""
    return [f"{one.line}: {one.message}" for one in read(text).problems]


def test_a_comment_is_about_the_key_right_below_it() -> None:
    text = """\
        # -- Pods
        replicas: 1
        # no description
        port: 80
        """
    assert told(text) == {"replicas": "Pods", "port": ""}
    assert problems(text) == ["4: port has no description"]


def test_lines_go_on_until_the_key_and_an_empty_one_ends_the_comment() -> None:
    text = """\
        # -- Pods,
        # as many as
        #   you like
        replicas: 1
        # -- Lost

        port: 80
        """
    assert told(text) == {"replicas": "Pods, as many as you like", "port": ""}
    assert problems(text) == [
        "5: this description is above no value: Lost",
        "7: port has no description",
    ]


def test_a_deeper_comment_belongs_to_what_is_before_it() -> None:
    text = """\
        image:
          # -- Tag
          tag: ""
          # -- What is commented out
          # digest: ""
        port: 80 # -- not in this place
        """
    assert told(text) == {"image.tag": "Tag", "port": ""}


def test_a_comment_that_is_only_ill_indented_belongs_to_the_key_below_it() -> None:
    text = """\
        web:
          tolerations: []
            # -- Protocol
          protocol: http
          context:
            {}

            # -- Size
          size: 1
        """
    said = {
        "web.tolerations": "",
        "web.protocol": "Protocol",
        "web.context": "",
        "web.size": "Size",
    }
    assert told(text) == said


def test_a_comment_in_a_list_item_does_not_belong_to_the_next_item() -> None:
    text = """\
        paths:
          - path: /a
            # -- What is commented out
            # type: Prefix
          # -- Second
          - path: /b
        """
    assert told(text) == {"paths[0].path": "", "paths[1]": "Second"}


def test_of_several_descriptions_above_a_key_the_last_counts() -> None:
    text = """\
        # -- Commented out
        # other: 1
        # -- Pods -- not one
        replicas: 1
        """
    assert told(text) == {"replicas": "Pods -- not one"}


def test_a_described_map_is_one_row_and_so_are_described_values_in_it() -> None:
    text = """\
        # -- Requests and limits
        resources:
          limits: {memory: 1Gi}
          requests:
            # -- The one that counts
            cpu: 1
        """
    values = read(text).values
    assert [value.name for value in values] == ["resources", "resources.requests.cpu"]
    assert values[0].default == {"limits": {"memory": "1Gi"}, "requests": {"cpu": 1}}
    assert problems(text) == []


def test_keys_on_the_line_of_their_map_have_no_comment_of_their_own() -> None:
    assert told("# -- Image\nimage: {tag: one, digest: two}\n") == {"image": "Image"}
    assert told("# Image\nimage: {tag: one}\n") == {"image.tag": ""}


def test_a_list_is_one_row_unless_something_in_it_is_described() -> None:
    text = """\
        plain:
          - a
          - b
        hosts:
          # -- First host
          - name: a
            # -- Its path
            path: /
          - name: b
        """
    assert told(text) == {
        "plain": "",
        "hosts[0]": "First host",
        "hosts[0].path": "Its path",
        "hosts[1].name": "",
    }


def test_keys_with_dots_are_quoted_and_can_be_named_either_way() -> None:
    text = """\
        # annotations."example.com/a" -- By its quoted path
        ## @param annotations.example.com/b By its plain path
        annotations:
          example.com/a: one
          example.com/b: two
          # -- By its place
          "example.com/c": three
        """
    assert told(text) == {
        'annotations."example.com/a"': "By its quoted path",
        'annotations."example.com/b"': "By its plain path",
        'annotations."example.com/c"': "By its place",
    }


def test_an_alias_is_told_of_by_the_comments_of_its_anchor() -> None:
    text = """\
        # -- First
        one: &one
          # -- Seconds
          timeout: 1
        # -- Second
        two: *one
        three: *one
        """
    assert told(text) == {
        "one": "First",
        "one.timeout": "Seconds",
        "two": "Second",
        "two.timeout": "Seconds",
        "three.timeout": "Seconds",
    }


def test_a_merged_map_is_told_of_as_if_it_stood_there() -> None:
    text = """\
        base: &base
          # -- Seconds
          timeout: 1
          # -- Tries
          tries: 2
        more:
          <<: *base
          # -- Fewer seconds
          timeout: 0
        """
    values = {value.name: (value.description, value.default) for value in read(text).values}
    assert values["more.timeout"] == ("Fewer seconds", 0)
    assert values["more.tries"] == ("Tries", 2)


@pytest.mark.parametrize(
    "before",
    ["text: |\n  a\n  # -- in the text\n", 'text: "a\n\n  # -- in the text\n  b"\n'],
    ids=["block", "quoted"],
)
def test_what_looks_like_a_comment_inside_of_a_text_is_none(before: str) -> None:
    text = f"# -- Text\n{before}# -- Port\nport: 1\n"
    assert told(text) == {"text": "Text", "port": "Port"}
    assert problems(text) == []


def test_types_and_defaults_come_from_the_value_or_from_the_comment() -> None:
    text = """\
        # -- (tpl/string) Name
        # @default -- the release's
        name: null
        # -- Port
        port: null
        # -- Share
        share: 0.5
        # -- (only in words) and more
        flag: true
        """
    values = [(one.type, one.shown_default, one.default) for one in read(text).values]
    assert values == [
        ("tpl/string", "the release's", None),
        ("", None, None),
        ("float", None, 0.5),
        ("only in words", None, True),
    ]


def test_tags_apart_from_their_description_do_not_part_it_from_its_key() -> None:
    text = """\
        # -- A file
        # of any length

        # @default -- see values.yaml
        config: |
          a

        # -- For another

        # plain
        port: 80
        """
    values = [(one.description, one.shown_default) for one in read(text).values]
    assert values == [("A file of any length", "see values.yaml"), ("", None)]


def test_what_is_for_helm_schema_is_no_part_of_a_description() -> None:
    text = """\
        # @schema
        # type: integer
        # -- not for us
        # @schema
        # -- Pods
        # @schema minimum:1
        replicas: 1
        # -- How
        # to render

        # @schema
        # enum: [a, b]
        # @schema
        mode: a
        """
    assert told(text) == {"replicas": "Pods", "mode": "How to render"}


def test_raw_keeps_the_lines_that_follow_it() -> None:
    text = """\
        # -- One of
        # @raw
        # - a
        #   - b
        kind: a
        """
    assert told(text) == {"kind": "One of\n- a\n  - b"}


def test_what_is_ignored_is_not_told_of_nor_missed() -> None:
    text = """\
        # @ignored
        internal:
          a: 1
        # -- Pods
        # @ignore
        replicas: 1
        ## @skip hidden
        hidden:
          b: 1
        # -- Port
        port: 80
        """
    assert told(text) == {"port": "Port"}
    assert problems(text) == []


def test_a_section_holds_for_what_is_in_its_map() -> None:
    text = """\
        # @section -- Image
        image:
          # -- Tag
          tag: ""
          # -- Policy
          # @section -- Rare
          pullPolicy: Always
        # -- Port
        port: 80
        """
    sections = {value.name: value.section for value in read(text).values}
    assert sections == {"image.tag": "Image", "image.pullPolicy": "Rare", "port": ""}


def test_what_bitnami_comments_say_of_no_value_is_told_with_the_nearest() -> None:
    text = """\
        ## @param image.tga Tag
        ## @param image.digest [strnig] Digest
        ## @param
        ## @extra sidecars What runs beside it
        image:
          tag: ""
          digest: ""
        """
    assert problems(text) == [
        "1: there is no value image.tga; did you mean image.tag?",
        "2: no modifier 'strnig'; did you mean string?",
        "3: @param names no value",
        "6: image.tag has no description",
    ]
    assert told(text)["sidecars"] == "What runs beside it"


def test_a_tag_with_a_default_of_its_own_may_be_about_what_is_not_set() -> None:
    (value,) = read("## @param probe.httpGet [object] Path and port\nprobe: {}\n").values[1:]
    assert (value.name, value.description) == ("probe.httpGet", "Path and port")
    assert (value.type, value.shown_default, value.is_given) == ("object", "`{}`", False)
    assert problems("## @param probe.httpGet [object] Path\nport: 1\n") == [
        "2: port has no description"
    ]


def test_the_comment_above_a_key_counts_more_than_one_elsewhere() -> None:
    text = """\
        ## @param replicas From afar
        # -- From above
        replicas: 1
        """
    assert told(text) == {"replicas": "From above"}


def test_tags_above_a_key_go_with_a_description_elsewhere() -> None:
    text = """\
        ## @param port Port
        # @default -- chosen by the cluster
        port: null
        """
    (value,) = read(text).values
    assert (value.description, value.shown_default) == ("Port", "chosen by the cluster")


@pytest.mark.parametrize("text", ["", "# -- Nothing\n", "{}\n", "---\n"])
def test_values_that_are_none_are_none(text: str) -> None:
    assert told(text) == {}


def test_keys_that_are_no_text_have_the_name_they_are_written_by() -> None:
    assert told("ports:\n  # -- HTTP\n  8080: 80\n  # -- On\n  on: 1\n") == {
        "ports.8080": "HTTP",
        "ports.on": "On",
    }


def test_lines_may_end_as_on_windows() -> None:
    assert told("# -- Pods,\r\n# many\r\nreplicas: 1\r\n") == {"replicas": "Pods, many"}
