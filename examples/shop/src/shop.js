/** The shop: `POST /checkout` takes a user and a cart, and goes through the old or the new checkout. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { newCheckout, oldCheckout } from "./checkout.js";
import { connect } from "./flags.js";
import { withTrouble } from "./trouble.js";

const flags = connect();
const app = new Hono();
// Which build answered: two of them stand behind a proxy in docs/how-to/router.md.
const version = process.env.SHOP_VERSION ?? "blue";

app.use(async (c, next) => {
  await next();
  c.header("X-Shop-Version", version);
});

app.get("/healthz", (c) => c.json(flags.status()));

app.post("/checkout", async (c) => {
  const { user, lines } = await c.req.json();
  const context = { targetingKey: user.id, plan: user.plan };
  try {
    return c.json(await flags.measure("checkout", context, () => checkout(context, lines)));
  } catch (error) {
    const way = flags.evaluate("new-checkout", context, false).variant === "on" ? "new" : "old";
    return c.json({ checkout: way, error: error instanceof Error ? error.message : String(error) }, 500);
  }
});

/**
 * The one place that knows of both. The variant says how far the new checkout is: `off`, not at all; `shadow`, it runs
 * beside the old one and is compared; `on`, it is in use. None of this changes from the first day to the last.
 *
 * @param {{ targetingKey: string }} context
 * @param {readonly import("./checkout.js").Line[]} lines
 */
function checkout(context, lines) {
  /** @type {import("./trouble.js").Troubles} */
  const trouble = flags.value("trouble", context, {});
  const control = () => withTrouble(trouble.old, () => oldCheckout(lines));
  const candidate = () => withTrouble(trouble.new, () => newCheckout(lines));
  if (flags.evaluate("new-checkout", context, false).variant === "on") return candidate();
  return flags.parallelRun("new-checkout", context, { control, candidate, equal: sameTotal, ignore: { rounding } });
}

/** @param {{ totalCents: number }} a @param {{ totalCents: number }} b */
function sameTotal(a, b) {
  return a.totalCents === b.totalCents;
}

/** The new checkout rounds the tax once, the old one at every line. @type {typeof sameTotal} */
function rounding(a, b) {
  return Math.abs(a.totalCents - b.totalCents) === 1;
}

const port = Number(process.env.SHOP_PORT ?? 4500);
const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, () => {
  console.log(`The shop is open on http://localhost:${port}. Send it customers with \`npm run traffic\`.`);
});

flags.on("change", ({ keys, revision }) => {
  if (keys.length > 0) console.log(`revision ${revision} changed ${keys.join(", ")}`);
});

process.once("SIGTERM", close);
process.once("SIGINT", close);

async function close() {
  server.close();
  await flags.close();
}
