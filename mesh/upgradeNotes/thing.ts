// What every object has, as the API server gives it: parts that a person may have left out are optional.

export type Labels = Readonly<Record<string, string>>;

/** What every object has. */
export interface Thing<Spec = unknown> {
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly creationTimestamp?: string;
  };
  readonly spec?: Spec;
}

/** A label selector of Kubernetes. */
export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
