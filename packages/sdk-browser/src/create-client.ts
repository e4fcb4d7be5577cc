import type { Ask } from "./answers.ts";
import { type BrowserClient, startClient } from "./client.ts";
import { bring } from "./late.ts";
import { localMode } from "./local-mode.ts";
import type { ClientOptions, Server } from "./options.ts";
import { remoteMode } from "./remote-mode.ts";

/**
 * A client of the server at `url`, for the environment of `key` and one context. It connects at once and stays current by
 * itself; one for each page is enough. Where nothing but remote evaluation is wanted, `@bannerol/sdk-browser/remote` is
 * smaller.
 *
 * @throws {OptionsError} where an option cannot work. A key that is merely wrong is told by `status()` and `on("error")`.
 */
export function createClient(options: ClientOptions): BrowserClient {
  return startClient(options, options.evaluation === "remote" ? remoteMode : localMode, askLater);
}

/** In a chunk of its own: most pages evaluate all by themselves. */
function askLater(server: Server): Ask {
  let ask: Ask | undefined;
  return (question, told) => {
    let cancel = bring(
      () => import("./answers.ts"),
      ({ askOf }) => {
        ask ??= askOf(server);
        cancel = ask(question, told);
      },
      () => told.failed("What asks it cannot be loaded."),
    );
    return () => cancel();
  };
}
