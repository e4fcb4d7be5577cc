/** Loaded into a server before its own program: collects garbage when asked, and ends with the process that asks. */
process.on("message", ({ id }) => {
  globalThis.gc();
  process.send({ id, result: null });
});
process.on("disconnect", () => process.exit());
// A server that could not start ends.
process.channel?.unref();
