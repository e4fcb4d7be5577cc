/** No build step: the SDK came by a script tag, under the name `Bannerol`. */
const options = JSON.parse(document.getElementById("options").textContent);
const flags = Bannerol.createClient(options);
const banner = document.getElementById("banner");
const plan = document.getElementById("plan");

function show() {
  const isNew = flags.isEnabled("new-banner");
  banner.className = isNew ? "new" : "old";
  banner.textContent = isNew ? "The new banner" : "The old banner";
}

function tell() {
  const { state, source, revision } = flags.status();
  document.getElementById("status").textContent =
    `${state}, revision ${revision ?? "none"} from ${source ?? "nowhere"}`;
}

flags.on("change", show);
flags.on("change", tell);
flags.on("status", tell);
plan.addEventListener("change", () => flags.setContext({ ...options.context, plan: plan.value }));
show();
tell();
