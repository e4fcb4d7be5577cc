/** Many clients in one process, each a connection of its own, which say together how far they are. */
import { createClient } from "@bannerol/sdk-node";

const { url, key, count } = JSON.parse(process.argv[2] ?? "{}");
const logger = { warn: () => undefined };
const clients = Array.from({ length: count }, () => createClient({ url, key, cache: false, events: false, logger }));
let wrong = 0;

const requests = {
  ready: async () => void (await Promise.all(clients.map((client) => client.ready()))),
  /** How many are live with this revision or a newer one. Each is asked for a flag that is on for everybody, too. */
  have: ({ revision }) => {
    wrong += clients.filter((client) => !client.isEnabled("steady")).length;
    const current = clients.filter((client) => {
      const status = client.status();
      return status.state === "live" && status.revision >= revision;
    });
    return { current: current.length, wrong };
  },
};

process.on("message", async ({ id, name, input }) => {
  try {
    process.send({ id, result: await requests[name](input ?? {}) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.on("disconnect", () => process.exit());
