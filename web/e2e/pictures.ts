import { stat } from "node:fs/promises";
import path from "node:path";
import { expect } from "@playwright/test";
import { test } from "./server";

const pictures = path.resolve(import.meta.dirname, "../../docs");

test.use({ viewport: { width: 1400, height: 880 }, colorScheme: "light" });

test("graphiql.png, the picture of the README", async ({ page, server }) => {
  await page.goto(`${server.url}/graphiql#key=${server.key}&workspace=workspace-123`);
  await expect(page.getByText("ADMIN all workspaces")).toBeVisible();
  await page.getByRole("button", { name: /Execute query/ }).click();
  await expect(page.locator(".graphiql-response .view-lines")).toContainText('"topClients"');
  // Nothing under the mouse, nothing with the focus: no tooltip, no cursor, no frame.
  await page.mouse.move(700, 875);
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
  });
  await expect(page.getByRole("tooltip")).toBeHidden();
  await page.waitForLoadState("networkidle");
  const file = path.join(pictures, "graphiql.png");
  await page.screenshot({ path: file, animations: "disabled" });
  expect((await stat(file)).size).toBeLessThan(200_000);
});
