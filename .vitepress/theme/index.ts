import type { Theme } from 'vitepress';
import Layout from './Layout.vue';
import RepoLink from './components/RepoLink.vue';
import RunLine from './components/run-line.ts';
import { still, whenNear } from './later.ts';
import {
  ChapterList,
  ExerciseList,
  PageList,
  Predict,
  Recall,
  TracePlayer,
  TryFirst,
} from './page-parts.ts';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/prose.css';
import './styles/code.css';
import './styles/layout.css';
import './styles/predict.css';
import './styles/print.css';

// Styles and components of other parts of the site, where they exist.
import.meta.glob('../weave/weave.css', { eager: true });
const extensions = import.meta.glob<{ default: (context: EnhanceContext) => void }>(
  ['./exercise/enhance.ts', '../weave/enhance.ts', '../lab/enhance.ts'],
  { eager: true },
);

type EnhanceContext = Parameters<NonNullable<Theme['enhanceApp']>>[0];

// What few pages need is loaded only there. A text stays as the server wrote it …
const texts = {
  LicenceNotices: still(() => import('./components/LicenceNotices.vue')),
  Outcomes: still(() => import('./components/Outcomes.vue')),
  PeerPicture: still(() => import('./components/PeerPicture.vue')),
  PerformanceTable: still(() => import('./components/PerformanceTable.vue')),
};

// … and what answers the reader wakes when it comes near.
const benches = {
  PredictBank: whenNear(() => import('./components/PredictBank.vue')),
  CodeRuler: whenNear(() => import('./components/CodeRuler.vue')),
  HelloBytes: whenNear(() => import('./components/HelloBytes.vue')),
  LeakBench: whenNear(() => import('./components/LeakBench.vue')),
  PeerRooms: whenNear(() => import('./components/PeerRooms.vue')),
  MessageSorter: whenNear(() => import('./components/MessageSorter.vue')),
  ClockBench: whenNear(() => import('./components/ClockBench.vue')),
  BlockedGraph: whenNear(() => import('./components/BlockedGraph.vue')),
  TokenBench: whenNear(() => import('./components/TokenBench.vue')),
  WireBytes: whenNear(() => import('./components/WireBytes.vue')),
};

const theme: Theme = {
  Layout,
  enhanceApp(context) {
    for (const [name, part] of Object.entries({ ...texts, ...benches })) {
      context.app.component(name, part);
    }
    context.app.component('ChapterList', ChapterList);
    context.app.component('PageList', PageList);
    context.app.component('ExerciseList', ExerciseList);
    context.app.component('Predict', Predict);
    context.app.component('Recall', Recall);
    context.app.component('RepoLink', RepoLink);
    context.app.component('RunLine', RunLine);
    context.app.component('TryFirst', TryFirst);
    context.app.component('TracePlayer', TracePlayer);
    for (const extension of Object.values(extensions)) extension.default(context);
  },
};

export default theme;
