"""Tables in Markdown, between markers that name the command which writes them."""

END = "<!-- end of table -->\n"


def table(header, rows):
    """Return a table of Markdown; ints get commas."""
    lines = [header, ["---"] * len(header), *rows]
    cells = [[f"{c:,}" if isinstance(c, int) else c for c in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def fill(text, command, makers, results):
    """
    Return a text with the tables between its markers as they should be.

    Args:
        text: Of a README; tables that it has no markers of are not made.
        command: What the markers say.
        makers: By the tables' names, functions that make one of results.
        results: What they are called with.
    """
    for name, make in makers.items():
        begin = f"<!-- table of {name}, by {command} -->\n"
        head, found, rest = text.partition(begin)
        if found:
            text = head + begin + make(results) + END + rest.partition(END)[2]
    return text
