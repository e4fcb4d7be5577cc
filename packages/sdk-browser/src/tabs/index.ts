/** What tabs say to each other. In a chunk of its own: a page that is open once says nothing. */
export { tabTransport } from "./follower.ts";
export { leadTabs } from "./leader.ts";
