/** What a compiler has to say about. The flags are `generated-types.test.ts`'s. */
import { createClient } from "@bannerol/sdk-node";

const flags = createClient({ url: "http://localhost:4400", key: "bnr_server_x" });
flags.isEnabled("new-chekout");
flags.value("theem", {}, "light");
flags.value("theme", {}, 7);
