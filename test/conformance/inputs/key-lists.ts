/** Keys under secrets, and lists of them as bytes. */
const zero = "00000000000000000000000000000000";
const counting = "000102030405060708090a0b0c0d0e0f";
const random = "f3a9c1de7b5460218890aabb13c7e5d2";

const keys = [
  "",
  "a",
  "u1",
  "7 bytes",
  "8 bytes!",
  "9 bytes!!",
  "user-00000042-of-the-bench",
  "é",
  "straße",
  "日本語",
  "😀",
  "\ud800",
  "x".repeat(255),
  "x".repeat(256),
];

export const fingerprints = [zero, counting, random].flatMap((secret) => keys.map((key) => ({ secret, key })));

export const lists = [
  { name: "empty", secret: counting, version: 1, keys: [] },
  { name: "one key", secret: counting, version: 1, keys: ["u1"] },
  {
    name: "keys in any order, doubles among them",
    secret: random,
    version: 9_007_199_254_740_991,
    keys: ["u2", "u1", "é", "", "u2", "u10", "u3"],
  },
];

export const deltas = [
  {
    name: "some come, some go",
    secret: counting,
    from: 1,
    version: 2,
    before: ["u1", "u2", "u3"],
    added: ["u4", "u2"],
    removed: ["u1", "u9"],
    after: ["u2", "u3", "u4"],
  },
  {
    name: "what is in both stays",
    secret: counting,
    from: 1,
    version: 4_294_967_296,
    before: ["u1"],
    added: ["u1"],
    removed: ["u1"],
    after: ["u1"],
  },
  { name: "all go", secret: random, from: 7, version: 8, before: ["u1"], added: [], removed: ["u1"], after: [] },
];

/** Bytes of the list "one key" that are altered: where, and to what. */
export const damages = [
  { name: "another magic", at: 0, to: 0 },
  { name: "a newer format", at: 7, to: 2 },
  { name: "an unknown kind", at: 8, to: 3 },
  { name: "another version than was summed", at: 16, to: 9 },
  { name: "another secret", at: 32, to: 255 },
  { name: "more keys than there are", at: 48, to: 2 },
  { name: "fewer keys than there are", at: 48, to: 0 },
  { name: "another fingerprint", at: 56, to: 0 },
  { name: "another checksum", at: 64, to: 0 },
];
