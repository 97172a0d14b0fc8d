/** What of the repository decides what a stack's objects are; tests and texts do not. */
const program = [
  /^(bin|charts|cli|cluster|components|config|mesh|render|settings|tools)\//,
  /^(index\.ts|package\.json|package-lock\.json|Pulumi\.yaml)$/,
];

const stackOf = (path: string) => /^Pulumi\.(.+)\.yaml$/.exec(path)?.[1];

/**
 * The stacks that a change may do something to: those whose file was changed, and all where the program was.
 * @param paths what was changed, below the project's folder
 * @param all stacks that have a file on either side
 */
export function touchedStacks(paths: readonly string[], all: readonly string[]): readonly string[] {
  if (paths.some((path) => program.some((part) => part.test(path)))) return [...all].sort();
  const touched = paths.map(stackOf).filter((stack) => stack !== undefined);
  return all.filter((stack) => touched.includes(stack)).sort();
}
