/**
 * Sends the shop steady traffic of many distinct users and shows, live, the share that gets the new checkout. It also
 * watches the promise of a rollout: on the way up, nobody who has the new checkout is sent back to the old one.
 *
 *   npm run traffic -- [--users 2000] [--rate 500] [--seconds 0 (until interrupted)]
 */
import { Agent, request } from "node:http";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "2000" },
    rate: { type: "string", default: "500" },
    seconds: { type: "string", default: "0" },
  },
});
const users = Number(values.users);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const port = Number(process.env.SHOP_PORT ?? 4500);

const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const articles = ["kettle", "teapot", "cup", "tin of Assam"];
const TICK_MS = 50;
const WINDOW = 2_000 / TICK_MS;

/** The checkout that each user saw last. @type {Map<number, string>} */
const seen = new Map();
/** One entry a tick of the last two seconds. @type {{ old: number, new: number, millis: number[] }[]} */
let recent = [emptyTick()];
const totals = { sent: 0, failed: 0, switchedToNew: 0, sentBack: 0 };
let next = 0;

function emptyTick() {
  return { old: 0, new: 0, millis: /** @type {number[]} */ ([]) };
}

/** @param {number} user */
function buy(user) {
  const lines = [
    { article: articles[user % articles.length], priceCents: 500 + (user % 97) * 13, count: 1 + (user % 3) },
  ];
  const body = JSON.stringify({ user: { id: `user-${user}`, plan: user % 5 === 0 ? "pro" : "free" }, lines });
  const started = performance.now();
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const post = request({ agent, port, host: "127.0.0.1", path: "/checkout", method: "POST", headers }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk) => {
      text += chunk;
    });
    response.on("end", () => {
      if (response.statusCode === 200) record(user, JSON.parse(text).checkout, performance.now() - started);
      else totals.failed += 1;
    });
  });
  post.on("error", () => {
    totals.failed += 1;
  });
  post.end(body);
  totals.sent += 1;
}

/** @param {number} user @param {"old" | "new"} checkout @param {number} millis */
function record(user, checkout, millis) {
  const tick = recent.at(-1) ?? emptyTick();
  tick[checkout] += 1;
  tick.millis.push(millis);
  const before = seen.get(user);
  if (before === "old" && checkout === "new") totals.switchedToNew += 1;
  if (before === "new" && checkout === "old") totals.sentBack += 1;
  seen.set(user, checkout);
}

function summary() {
  const old = recent.reduce((sum, tick) => sum + tick.old, 0);
  const fresh = recent.reduce((sum, tick) => sum + tick.new, 0);
  const millis = recent.flatMap((tick) => tick.millis).sort((a, b) => a - b);
  return {
    share: old + fresh === 0 ? 0 : fresh / (old + fresh),
    perSecond: Math.round(((old + fresh) * 1_000) / (recent.length * TICK_MS)),
    median: millis[Math.floor(millis.length / 2)] ?? 0,
  };
}

const live = process.stdout.isTTY && process.env.CI === undefined;
const number = (/** @type {number} */ n) => n.toLocaleString("en");
let drawn = 0;

function draw() {
  const { share, perSecond, median } = summary();
  const percent = (share * 100).toFixed(1).padStart(5);
  if (!live) {
    console.log(`new checkout ${percent} %  ${perSecond}/s  sent back ${totals.sentBack}  failed ${totals.failed}`);
    return;
  }
  const width = 40;
  const full = Math.round(share * width);
  const lines = [
    `new checkout  ${"█".repeat(full)}${"░".repeat(width - full)} ${percent} %   of the last 2 s`,
    `requests      ${number(perSecond)}/s, half of them within ${median.toFixed(1)} ms, ${number(totals.failed)} failed`,
    `users         ${number(seen.size)} seen, ${number(totals.switchedToNew)} switched to the new checkout, ${number(totals.sentBack)} sent back`,
  ];
  if (drawn > 0) process.stdout.write(`\x1b[${drawn}A`);
  process.stdout.write(lines.map((line) => `\x1b[2K${line}\n`).join(""));
  drawn = lines.length;
}

let due = 0;
const sending = setInterval(() => {
  recent = [...recent, emptyTick()].slice(-WINDOW);
  due += (rate * TICK_MS) / 1_000;
  // In a fixed order, so that every user comes round again.
  for (; due >= 1; due -= 1) buy(next++ % users);
}, TICK_MS);
const drawing = setInterval(draw, live ? 200 : 1_000);

function stop() {
  clearInterval(sending);
  clearInterval(drawing);
  draw();
  agent.destroy();
}
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
if (seconds > 0) setTimeout(stop, seconds * 1_000);
