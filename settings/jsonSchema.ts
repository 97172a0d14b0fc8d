import { z } from "zod";
import { sections } from "./schema";

/** A JSON Schema, as far as this project reads it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly allowed?: string;
  readonly default?: unknown;
  /** Whether Pulumi encrypts the value. */
  readonly secret?: boolean;
  readonly const?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

/** JSON Schema of each section, by its name after `jam-istio:`, with the texts of the settings' schema. */
export function sectionSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(sections).map(([key, schema]) => {
      const rest: Record<string, unknown> = z.toJSONSchema(schema, {
        io: "input",
        target: "draft-7",
        unrepresentable: "any",
        reused: "inline",
      });
      delete rest["$schema"];
      return [key, rest];
    }),
  );
}

/** Moves what is allowed into the description, where editors show it. */
function forEditors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forEditors);
  if (typeof value !== "object" || value === null) return value;
  if ((value as JsonSchema).secret === true) return secureOf(value as JsonSchema);
  const { allowed, description, ...rest } = value as JsonSchema;
  const text = [description, typeof allowed === "string" ? `Allowed: ${allowed}.` : undefined].filter(
    (part) => part !== undefined,
  );
  const inner = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, forEditors(item)]));
  return text.length === 0 ? inner : { description: text.join(" "), ...inner };
}

/** JSON Schema of a stack file, for editors. */
export function stackFileSchema(): unknown {
  const keys = Object.entries(sectionSchemas()).map(([key, schema]) => [`jam-istio:${key}`, forEditors(schema)]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack file of jam-istio",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(keys) as unknown,
        patternProperties: { "^(?!jam-istio:)": true },
        additionalProperties: false,
        required: ["jam-istio:istio"],
      },
    },
  };
}

/** In the file a secret is the text that Pulumi encrypted. */
function secureOf(schema: JsonSchema): unknown {
  return {
    description: schema.description,
    type: "object",
    properties: { secure: { type: "string" } },
    required: ["secure"],
    additionalProperties: false,
  };
}
