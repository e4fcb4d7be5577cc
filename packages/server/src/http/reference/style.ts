/** Of the reference page; allowed there by its hash. */
export const STYLE = `
:root { color-scheme: light dark; --soft: #8883; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
nav { border-bottom: 1px solid var(--soft); padding-bottom: .5rem; position: sticky; top: 0; background: Canvas; }
section { border-bottom: 1px solid var(--soft); padding: .5rem 0; }
h2 { margin-top: 3rem; scroll-margin-top: 4rem; }
h3 { margin: .5rem 0; font-size: 1rem; }
section[id] { scroll-margin-top: 4rem; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .1rem 1rem; margin: .25rem 0; }
dl dl { border-left: 2px solid var(--soft); padding-left: .75rem; }
dd { margin: 0; min-width: 0; }
ul { margin: 0; padding-left: 1.2rem; }
small { opacity: .75; }
`;
