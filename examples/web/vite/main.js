import { createClient } from "@bannerol/sdk-browser";

const { url, key } = await (await fetch("/config.json")).json();
const flags = createClient({ url, key, context: { targetingKey: "u1" } });
const isNew = flags.boolean("new-banner", false);

function show() {
  const banner = document.getElementById("banner");
  banner.className = isNew() ? "new" : "old";
  banner.textContent = isNew() ? "The new banner" : "The old banner";
  const { state, revision } = flags.status();
  document.getElementById("status").textContent = `${state}, revision ${revision ?? "none"}`;
}

flags.on("change", show);
flags.on("status", show);
await flags.ready();
show();
