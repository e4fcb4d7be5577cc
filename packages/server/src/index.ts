export {
  type Config,
  ConfigError,
  type LogLevel,
  logLevels,
  readConfig,
  type SettingName,
  settingNames,
} from "./config.ts";
export type { FirstSecrets } from "./first-start.ts";
export { StartError } from "./listening.ts";
export { type RunningServer, type ServerDependencies, type Started, startServer } from "./main.ts";
export type { Imported } from "./maintenance/import.ts";
export { backUp, type KeptProjectHead, migrateDatabase, restore, verifyDatabase } from "./maintenance/maintenance.ts";
export { type Exported, exportDatabase, exportToFile, importDatabase } from "./maintenance/transfer.ts";
export type { LogSink } from "./observe/log.ts";
export { checkPatterns } from "./patterns/check-patterns.ts";
export { PatternProver } from "./patterns/pattern-prover.ts";
export { StoreFault, type StoreFaultKind } from "./store/fault.ts";
export { type Migrated, SchemaTooNew } from "./store/migration.ts";
export type { ChainVerdict } from "./store/port.ts";
export type { Restored } from "./store/sqlite/restore.ts";
