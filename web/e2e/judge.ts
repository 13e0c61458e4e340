// Judges pages by the rules of WCAG, wide and on a phone, light and dark.

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export const wide = { width: 1280, height: 800 };
export const narrow = { width: 360, height: 740 };

/** What may be open over a page. */
export const panel = ".popup > .panel";
export const sheet = "dialog[open]";

/** Waits until everything that the page asked for is there. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy="true"], .skeleton')).toHaveCount(0);
}

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Judges what the page shows, in both themes, wide and narrow. `part` is judged alone where the rest was before. */
export async function judge(page: Page, name: string, part?: string): Promise<void> {
  await settled(page);
  for (const size of [wide, narrow]) {
    await page.setViewportSize(size);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${name} scrolls sideways at ${size.width}`).toBeLessThanOrEqual(0);
    if (part !== undefined) {
      const { x = -1, width = 0 } = (await page.locator(part).boundingBox()) ?? {};
      expect(x, `${name} begins beside the page at ${size.width}`).toBeGreaterThanOrEqual(0);
      expect(x + width, `${name} ends beside the page at ${size.width}`).toBeLessThanOrEqual(size.width);
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // Every rule at both sizes and in both themes; what is seen, in each of the four.
      const all = (colorScheme === "light") === (size === wide);
      const runOnly = all ? { type: "tag" as const, values: tags } : { type: "rule" as const, values: ["color-contrast", "link-in-text-block", "target-size"] };
      const there = await page.evaluate(() => "axe" in window); // since this page was judged before
      const axe = new AxeBuilder({ page, ...(there && { axeSource: "void 0" }) }).setLegacyMode().options({ resultTypes: ["violations"], runOnly });
      if (part !== undefined) axe.include(part);
      const { violations, passes } = await axe.analyze();
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`).join("\n")}`);
      expect.soft(told, `${name}, ${colorScheme} at ${size.width}`).toEqual([]);
      expect(passes.length).toBeGreaterThan(0);
    }
  }
  await page.setViewportSize(wide);
}
