/**
 * An endpoint of webhooks in a process of its own. It hands what comes to the test before it answers, so that what it took
 * is known even where it is killed then. `node receiver-process.mjs <port>`; over IPC it is told how to answer.
 */
import { createServer } from "node:http";

/** What is answered; `hang` is never answered. */
let answers = "take";

const statuses = { take: 204, fail: 500, gone: 410 };

const server = createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const { method, url, headers } = request;
    process.send({ method, url, headers, body: Buffer.concat(pieces).toString("base64"), answer: answers });
    const status = statuses[answers];
    if (status !== undefined) response.writeHead(status).end();
  });
});

process.on("message", (word) => {
  answers = word;
  process.send({ answers });
});
process.on("disconnect", () => process.exit());
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.send({ listening: true }));
