import { stat } from "node:fs/promises";
import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { openDashboard } from "./dashboard";
import { test, type Server } from "./server";

const pictures = path.resolve(import.meta.dirname, "../../docs");

test.use({ deviceScaleFactor: 1, locale: "en-GB" });

/** Takes the picture, with nothing under the mouse and nothing in focus: no tooltip, no cursor, no frame. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(2, 2);
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
  });
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  const file = path.join(pictures, `${name}.png`);
  await page.screenshot({ path: file, animations: "disabled" });
  expect((await stat(file)).size).toBeLessThan(300_000);
}

async function open(page: Page, server: Server, search = ""): Promise<void> {
  await openDashboard(page, server, { workspace: "workspace-123", search });
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
}

for (const scheme of ["light", "dark"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme, viewport: { width: 1400, height: 1000 } });
    test("overview", async ({ page, server }) => {
      await open(page, server);
      await shoot(page, `overview-${scheme}`);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: "it-IT" });
  test("overview", async ({ page, server }) => {
    await openDashboard(page, server, { workspace: "workspace-123" });
    await expect(page.getByText("Dal vivo", { exact: true })).toBeAttached();
    await shoot(page, "overview-phone");
  });
});

test.describe("pages", () => {
  test.use({ colorScheme: "light", viewport: { width: 1400, height: 1000 } });
  test("a client", async ({ page, server }) => {
    await open(page, server, "view=client&client=customer-002");
    await shoot(page, "client");
  });
  test("customers", async ({ page, server }) => {
    await open(page, server, "view=settings&tab=customers");
    await shoot(page, "customers");
  });
});

test.describe("GraphiQL", () => {
  test.use({ viewport: { width: 1400, height: 880 }, colorScheme: "light" });
  test("graphiql", async ({ page, server }) => {
    await page.goto(`${server.url}/graphiql#key=${server.key}&workspace=workspace-123`);
    await expect(page.getByText("ADMIN all workspaces")).toBeVisible();
    await page.getByRole("button", { name: /Execute query/ }).click();
    await expect(page.locator(".graphiql-response .view-lines")).toContainText('"topClients"');
    await page.mouse.move(700, 875);
    await expect(page.getByRole("tooltip")).toBeHidden();
    await page.waitForLoadState("networkidle");
    await shoot(page, "graphiql");
  });
});
