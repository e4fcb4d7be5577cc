/** The shop: `POST /checkout` takes a user and a cart, and goes through the old or the new checkout. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { newCheckout, oldCheckout } from "./checkout.js";
import { connect } from "./flags.js";

const flags = connect();
const app = new Hono();

app.get("/healthz", (c) => c.json(flags.status()));

app.post("/checkout", async (c) => {
  const { user, lines } = await c.req.json();
  const order = flags.isEnabled("new-checkout", { targetingKey: user.id, plan: user.plan })
    ? newCheckout(lines)
    : oldCheckout(lines);
  return c.json(order);
});

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
