import type { CodeTable } from "./row";

/** What somebody left behind. */
export const leftoverCodes = {
  "fault-active": {
    severity: "warning",
    problem: "D-21",
    title: "A fault of this program is active",
    explain: "Requests fail, or wait, because somebody asked for it. The finding names what it does and until when.",
  },
  "fault-expired": {
    severity: "error",
    problem: "D-21",
    title: "A fault of this program is active after its end",
    explain: "Nothing ended it in time: the run that would have was killed, or its Job could not work.",
  },
  "fault-foreign": {
    severity: "warning",
    problem: "D-21",
    title: "A VirtualService that is not this program's injects a fault",
    explain: "Whoever wrote it may have forgotten it. It ends with its rule fault, not by itself.",
  },
  "fault-stuck": {
    severity: "error",
    problem: "D-21",
    title: "A proxy still injects a fault whose object is gone",
    explain:
      "The proxy did not get, or refused, what came after it: it is not connected to a control plane, or rejects configuration.",
  },
  "log-level": {
    severity: "warning",
    problem: "D-22",
    title: "A proxy logs at debug or trace",
    explain:
      "It costs processor time and fills disks, and the log may hold what it should not. The default is warning (misc: error). A level " +
      "that was set at run time ends with the container.",
  },
  "capture-left": {
    severity: "warning",
    problem: "D-23",
    title: "Something that captures packets, or debugs, was left in the cluster",
    explain:
      "Pods of ksniff run for 116 days, privileged, with the node's disk mounted. An ephemeral container stays until its process ends.",
  },
  "runs-as-proxy": {
    severity: "error",
    problem: "D-31",
    analyze: ["IST0144"],
    title: "An application runs as user or group 1337",
    explain: "That is the proxy's own: its traffic is not captured, and goes past the mesh.",
  },
} as const satisfies CodeTable;
