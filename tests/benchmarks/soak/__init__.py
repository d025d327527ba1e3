"""Random faults for as long as wanted, from a seed that brings the same ones again."""
