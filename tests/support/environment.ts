/** Sets environment variables for the tests of a suite; each is what it was afterwards. */
export function useEnv(env: () => Readonly<Record<string, string>>): void {
  let before: NodeJS.ProcessEnv;
  beforeEach(() => {
    before = { ...process.env };
    Object.assign(process.env, env());
  });
  afterEach(() => {
    process.env = before;
  });
}
