/** Saves one ruleset after another, as an SDK keeps them, and says on standard output which are saved. */
import { writeSync } from "node:fs";
import { fileStorage } from "../../../packages/sdk-node/src/file-storage.ts";
import { keptText } from "../kept.ts";

const [folder = "", count = "10"] = process.argv.slice(2);
const storage = fileStorage(folder, "binding", 1e9);
for (let revision = 1; revision <= Number(count); revision += 1) {
  await storage.save(keptText(revision), { epoch: "e", revision });
  writeSync(1, `${revision}\n`);
}
