"""Lines of a YAML text, and which comments belong to what."""

from __future__ import annotations


class Lines:
    """A text, asked about places in it (in characters)."""

    def __init__(self, text: str) -> None:
        self._text = text

    def start(self, position: int) -> int:
        """Where the line of ``position`` begins."""
        return self._text.rfind("\n", 0, position) + 1

    def end(self, position: int) -> int:
        """Where the line of ``position`` ends, before its line end."""
        end = self._text.find("\n", position)
        if end == -1:
            return len(self._text)
        return end - 1 if end > position and self._text[end - 1] == "\r" else end

    def column(self, position: int) -> int:
        """How many characters stand before ``position`` in its line."""
        return position - self.start(position)

    def is_first(self, position: int) -> bool:
        """Whether only blanks stand before ``position`` in its line."""
        return not self._text[self.start(position) : position].strip()

    def newline(self, position: int) -> str:
        """The line end that is used around ``position``."""
        end = self._text.rfind("\n", 0, position)
        end = end if end != -1 else self._text.find("\n")
        return "\r\n" if end > 0 and self._text[end - 1] == "\r" else "\n"

    def end_with_comments(self, position: int, column: int) -> int:
        """The end of the line, or of the last comment line after it that is indented at least to ``column``."""
        if position and self._text[position - 1] == "\n":
            return position  # of a text that keeps its last lines
        end = current = self.end(position)
        while (start := self._text.find("\n", current) + 1) > 0:
            current = self.end(start)
            line = self._text[start:current]
            if line.strip():
                if _comment_column(line) < column:
                    break
                end = current
        return end

    def start_with_comments(self, position: int) -> int:
        """Where the comment lines right above begin, which belong to what begins at ``position``."""
        start = self.start(position)
        while start:
            previous = self.start(start - 1)
            if _comment_column(self._text[previous:start]) != self.column(position):
                break
            start = previous
        return start

    def comments_above(self, position: int) -> tuple[str, ...]:
        """These comment lines, without their indentation."""
        if not self.is_first(position):
            return ()
        above = self._text[self.start_with_comments(position) : self.start(position)]
        return tuple(line.strip() for line in above.split("\n")[:-1])


def _comment_column(line: str) -> int:
    """Where the comment of a line begins that holds nothing else; -1 for another line."""
    content = line.lstrip()
    return len(line) - len(content) if content.startswith("#") else -1
