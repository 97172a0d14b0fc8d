import { list, map, text } from "./fields";

// What a URL reader would write otherwise is another text for the same host, and would never be found.
const isHost = (value: string) => URL.canParse(`https://${value}`) && new URL(`https://${value}`).host === value;

const secret = (kind: string, key: string) =>
  `a secret, ${kind}: pulumi config set --path --secret 'jam-istio:chartCredentials[0].${key}'`;

/** Who a chart repository lets in. They go to their host alone, and into no state, values or file of the stack. */
export const chartCredentials = list(
  map(
    {
      host: text({
        allowed: "the host in a chart repository's URL, in lower case, with its port where the URL has one",
        describe: "The host that they are for, and the only one that they are sent to.",
        test: isHost,
      }),
      username: text({
        allowed: "a user's name, without a colon",
        describe: "The user, beside `password`.",
        test: (value) => value !== "" && !/[\p{Cc}:]/u.test(value),
      }).optional(),
      password: text({
        allowed: secret("on one line", "password"),
        describe: "The user's password, as a secret.",
        test: (value) => /^\P{Cc}+$/u.test(value),
      })
        .meta({ secret: true })
        .optional(),
      // Nothing that a header could not carry.
      token: text({
        allowed: secret("of ASCII without spaces", "token"),
        describe: "A bearer token in place of user and password, as a secret.",
        test: (value) => /^[!-~]+$/.test(value),
      })
        .meta({ secret: true })
        .optional(),
    },
    "The credentials of one host: `username` and `password`, or `token`.",
  ),
  "Credentials for chart repositories. The variable JAM_ISTIO_CHART_CREDENTIALS, with such a list as JSON, goes before " +
    "them; it is also the only way where Pulumi does not run, as in `render`.",
  "a list of maps with the keys host, username and password, or host and token",
).default([]);
