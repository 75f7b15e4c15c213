"""Drawing with the mouse in OpenChemLib's editor: its tools have places, not names."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

# Places in the tool bar, two tools in a row, in CSS pixels from its corner.
BENZENE, SINGLE_BOND, OXYGEN = (34, 202), (12, 118), (12, 286)
# From the atom clicked first to the ring's uppermost and lowest atom, and the length of a bond.
TOP, BOTTOM, BOND = (21, -12), (21, 36), 24


class Drawing:
    """The open editor of a page."""

    def __init__(self, page: Page) -> None:
        page.get_by_role("button", name="Draw").click()
        canvases = page.locator("#structure_editor canvas")
        canvases.nth(1).wait_for()
        self._tools: Locator = canvases.nth(0)
        self._sheet: Locator = canvases.nth(1)

    def use(self, tool: tuple[int, int], *places: tuple[int, int]) -> None:
        """Picks a tool and clicks these places of the sheet."""
        self._tools.click(position={"x": tool[0], "y": tool[1]})
        for x, y in places:
            self._sheet.click(position={"x": x, "y": y})

    def alkylphenol(self, *, at: tuple[int, int] = (400, 200)) -> None:
        """para-Cresol: a benzene ring with a hydroxyl group above and a methyl group below."""
        x, y = at
        above, below = (x + TOP[0], y + TOP[1]), (x + BOTTOM[0], y + BOTTOM[1])
        self.use(BENZENE, at)
        self.use(SINGLE_BOND, above, below)
        self.use(OXYGEN, (above[0], above[1] - BOND))
