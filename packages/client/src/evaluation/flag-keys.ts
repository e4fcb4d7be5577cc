/**
 * What flags are called, and of which type each is. While `BannerolFlags` is empty, every text is a key; once
 * `bannerol generate types` has given it members, these alone are. Types, and nothing that runs.
 */
import type { EvaluationContext, EvaluationResult, FlagType, JsonValue } from "@bannerol/core";

declare global {
  /**
   * Flags by key, each with the type of its value; a `json` flag's is `unknown`. `bannerol generate types` writes its
   * members. It is global so that one file serves every package that knows of it.
   */
  interface BannerolFlags {}
}

type IfGenerated<Then, Otherwise> = [keyof BannerolFlags] extends [never] ? Otherwise : Then;

/** What a `json` flag's default may be: the others tell their own type. */
type JsonDefault = Exclude<JsonValue, boolean | number | string>;

type TypeOf<Value> = unknown extends Value
  ? "json"
  : [Value] extends [boolean]
    ? "boolean"
    : [Value] extends [number]
      ? "number"
      : [Value] extends [string]
        ? "string"
        : "json";

/** A flag's key. */
export type FlagKey = IfGenerated<keyof BannerolFlags & string, string>;

/** In a table, since compilers then quote the keys and not what they are an answer to. */
type KeysByType = {
  [Type in FlagType]: {
    [Key in keyof BannerolFlags]: TypeOf<BannerolFlags[Key]> extends Type ? Key : never;
  }[keyof BannerolFlags];
};

/** The key of a flag of this type. */
export type FlagKeyOf<Type extends FlagType> = IfGenerated<KeysByType[Type], string>;

/** What the flag of that key may serve. */
export type FlagValue<Key extends FlagKey> = IfGenerated<
  Key extends keyof BannerolFlags ? (unknown extends BannerolFlags[Key] ? JsonDefault : BannerolFlags[Key]) : never,
  JsonValue
>;

/** Values by flag, of some of them. */
export type FlagValues = IfGenerated<
  { readonly [K in keyof BannerolFlags]?: FlagValue<K> },
  { readonly [key: string]: JsonValue }
>;

/** The calls that tell the flag's type by their default. */
export type Values = IfGenerated<KnownValues, AnyValues>;

/** `Values` with the context given once. */
export type BoundValues = IfGenerated<BoundKnownValues, BoundAnyValues>;

interface AnyValues {
  /** A value of the default's type. Of a `json` flag the shape is the caller's word. */
  value(key: string, context: EvaluationContext | undefined, defaultValue: boolean): boolean;
  value(key: string, context: EvaluationContext | undefined, defaultValue: string): string;
  value(key: string, context: EvaluationContext | undefined, defaultValue: number): number;
  value<T extends JsonValue>(key: string, context: EvaluationContext | undefined, defaultValue: T): T;
  /** The value, and which variant it is, why, and of which revision. */
  evaluate(key: string, context: EvaluationContext | undefined, defaultValue: boolean): EvaluationResult<boolean>;
  evaluate(key: string, context: EvaluationContext | undefined, defaultValue: string): EvaluationResult<string>;
  evaluate(key: string, context: EvaluationContext | undefined, defaultValue: number): EvaluationResult<number>;
  evaluate<T extends JsonValue>(
    key: string,
    context: EvaluationContext | undefined,
    defaultValue: T,
  ): EvaluationResult<T>;
}

interface BoundAnyValues {
  /** A value of the default's type. Of a `json` flag the shape is the caller's word. */
  value(key: string, defaultValue: boolean): boolean;
  value(key: string, defaultValue: string): string;
  value(key: string, defaultValue: number): number;
  value<T extends JsonValue>(key: string, defaultValue: T): T;
  /** The value, and which variant it is, why, and of which revision. */
  evaluate(key: string, defaultValue: boolean): EvaluationResult<boolean>;
  evaluate(key: string, defaultValue: string): EvaluationResult<string>;
  evaluate(key: string, defaultValue: number): EvaluationResult<number>;
  evaluate<T extends JsonValue>(key: string, defaultValue: T): EvaluationResult<T>;
}

/** The last of each is what a compiler quotes: it names every key. */
interface KnownValues {
  /** A value of the flag's type. Of a `json` flag the shape is the caller's word. */
  value<T extends JsonDefault>(key: FlagKeyOf<"json">, context: EvaluationContext | undefined, defaultValue: T): T;
  value<Key extends FlagKey>(
    key: Key,
    context: EvaluationContext | undefined,
    defaultValue: FlagValue<Key>,
  ): FlagValue<Key>;
  /** The value, and which variant it is, why, and of which revision. */
  evaluate<T extends JsonDefault>(
    key: FlagKeyOf<"json">,
    context: EvaluationContext | undefined,
    defaultValue: T,
  ): EvaluationResult<T>;
  evaluate<Key extends FlagKey>(
    key: Key,
    context: EvaluationContext | undefined,
    defaultValue: FlagValue<Key>,
  ): EvaluationResult<FlagValue<Key>>;
}

interface BoundKnownValues {
  /** A value of the flag's type. Of a `json` flag the shape is the caller's word. */
  value<T extends JsonDefault>(key: FlagKeyOf<"json">, defaultValue: T): T;
  value<Key extends FlagKey>(key: Key, defaultValue: FlagValue<Key>): FlagValue<Key>;
  /** The value, and which variant it is, why, and of which revision. */
  evaluate<T extends JsonDefault>(key: FlagKeyOf<"json">, defaultValue: T): EvaluationResult<T>;
  evaluate<Key extends FlagKey>(key: Key, defaultValue: FlagValue<Key>): EvaluationResult<FlagValue<Key>>;
}
