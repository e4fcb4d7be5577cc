import { type ProjectForm, projectCreateSchema, projectListSchema, projectSchema } from "@bannerol/protocol/schemas";
import { isProjectScope, type ProjectScope, Scope } from "../../auth/scope.ts";
import { anywhere, inProject, installation } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { changeAndAnswer, changeSystem, type Done } from "../commands.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { createProject, setUpProject } from "./decide.ts";

const PATH = "/api/v1/projects";

export function projectRoutes(services: Services): readonly Route[] {
  const { ledger } = services;
  const form = ({ key, revision, head }: ProjectState): ProjectForm => {
    return { key, name: ledger.system().projects.get(key)?.document.name ?? key, revision, head };
  };
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: anywhere("read"),
      summary: "List the projects that the token reaches",
      query: noQuery,
      body: noBody,
      reply: projectListSchema,
      async handler({ scope }) {
        const reached = ledger.projects().filter((project) => scope.at({ project }) instanceof Scope);
        const states = reached.flatMap((project) => ledger.state(project) ?? []);
        return { body: { items: states.map(form) } };
      },
    }),
    defineRoute({
      method: "POST",
      path: PATH,
      permission: installation("administer"),
      summary: "Make a project with its environments",
      query: noQuery,
      body: projectCreateSchema,
      reply: projectSchema,
      status: 201,
      async handler({ scope, body, ...context }) {
        const { comment, key } = body;
        // A start cut short between the two chains is gone on with: a project without a change is none yet.
        const isBegun = ledger.state(key)?.revision === 0;
        await changeSystem(services, scope, context, {
          comment,
          decide: (state) => createProject(state, body, isBegun),
        });
        const decide = (state: ProjectState) => setUpProject(state, body.environments);
        const answer = ({ state }: Done<undefined>) => ({ body: form(state), revision: state.revision });
        return changeAndAnswer(services, inside(scope, key), context, { comment, decide, answer });
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{p}`,
      permission: inProject("read"),
      summary: "A project and where its history stands",
      query: noQuery,
      body: noBody,
      reply: projectSchema,
      async handler({ scope }) {
        return { body: form(stateOf(services, scope)) };
      },
    }),
  ];
}

/** Whoever administers the installation administers each of its projects. */
function inside(scope: Scope, project: string): ProjectScope {
  const narrowed = scope.at({ project });
  if (!(narrowed instanceof Scope)) throw new RefusedError(narrowed);
  if (!isProjectScope(narrowed)) throw new Error(`The scope of the project ${project} is none of a project.`);
  return narrowed;
}
