/** For tests: a process that saves one revision after another until it is killed. Arguments: folder, first revision. */

import { fileStorage } from "../file-storage.ts";
import { rulesetText } from "./rulesets.ts";

const [folder = "", first = "1"] = process.argv.slice(2);
const storage = fileStorage(folder, "binding", 1e9);
for (let revision = Number(first); ; revision++) {
  await storage.save(rulesetText(revision), { epoch: "e", revision });
  process.stdout.write(`${revision}\n`);
}
