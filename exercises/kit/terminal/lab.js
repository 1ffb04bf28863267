/** Starts the lab with marks in its code, so that its traces say where tasks stand. */
import { runAsWritten } from '../../../impl/node/run.js';
import { runRecorded } from '../trace/recorded.js';

const lab = 'impl/node/lab.ts';
if (!(await runRecorded(lab, ['browser']))) await runAsWritten(lab);
