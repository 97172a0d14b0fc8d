/** One sample of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

// A label's value may hold every character, quotes and backslashes escaped: also } and spaces.
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const sample = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?\s*)*)\})?[ \t]+(\S+)/gm;

const unescaped: Readonly<Record<string, string>> = { "\\n": "\n", "\\\\": "\\", '\\"': '"' };

function valueOf(text: string): number {
  const infinite = /^([+-]?)Inf$/.exec(text);
  return infinite === null ? Number(text) : infinite[1] === "-" ? -Infinity : Infinity;
}

/**
 * Reads samples in Prometheus' text format; comments, and lines that are none of it, are passed over.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function samplesOf(text: string): readonly Sample[] {
  return [...text.matchAll(sample)].map(([, name = "", labels = "", value = ""]) => ({
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(label)].map(([, key = "", quoted = ""]) => [
        key,
        quoted.replace(/\\[n\\"]/g, (escape) => unescaped[escape] ?? escape),
      ]),
    ),
    value: valueOf(value),
  }));
}

/** The sum of samples. */
export const sumOf = (samples: readonly Sample[]): number => samples.reduce((sum, { value }) => sum + value, 0);

const escaped: Readonly<Record<string, string>> = { "\n": "\\n", "\\": "\\\\", '"': '\\"' };

/** Labels as the format writes them, without the brackets: `code="x",object="y"`. */
export const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (sign) => escaped[sign] ?? sign)}"`)
    .join(",");
