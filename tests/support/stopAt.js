"use strict";
// Loaded into Node.js by a test (NODE_OPTIONS): the process stops itself (SIGSTOP) once it has said JAM_ISTIO_TEST_STOP_AT on
// standard error, and waits there to be killed. A process that nobody stops may have ended before a test has read it.
const moment = process.env["JAM_ISTIO_TEST_STOP_AT"];
const write = process.stderr.write.bind(process.stderr);

process.stderr.write = (text, ...more) => {
  const isWritten = write(text, ...more);
  if (moment !== undefined && String(text).includes(moment)) process.kill(process.pid, "SIGSTOP");
  return isWritten;
};
