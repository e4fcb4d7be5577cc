import { type Action, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { changedTargeting } from "../output/changed.ts";
import { onWhatWasRead } from "../overtaken.ts";
import { tellPreview } from "../preview/ask.ts";
import { mayChange } from "../protection.ts";

const move =
  (verb: "enable" | "disable"): Action =>
  async (call) => {
    const session = await openSession(call);
    const name = { project: session.project, flag: call.words.argument("flag"), environment: session.environment() };
    const { body: read, etag: ifMatch } = await session.admin.targeting.get(name);
    await mayChange(call, session, {
      what: `${verb} ${name.flag}`,
      environment: name.environment,
      shows: () => tellPreview(session, name, { enabled: verb === "enable" }),
    });
    const change = session.admin.targeting[verb](name, commentOf(call.words), { ifMatch });
    const { body } = await onWhatWasRead(session, name, { read, change });
    return changedTargeting(name, body);
  };

export const enable = move("enable");
export const disable = move("disable");
