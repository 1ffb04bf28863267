import { defineAsyncComponent, hydrateOnVisible } from 'vue';
import type { Theme } from 'vitepress';
import Layout from './Layout.vue';
import ChapterList from './components/ChapterList.vue';
import PageList from './components/PageList.vue';
import ExerciseList from './components/ExerciseList.vue';
import Predict from './components/Predict.vue';
import Recall from './components/Recall.vue';
import RepoLink from './components/RepoLink.vue';
import RunLine from './components/run-line.ts';
import TryFirst from './components/TryFirst.vue';
import TracePlayer from '../lab/TracePlayer.vue';
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
const LicenceNotices = defineAsyncComponent({
  loader: () => import('./components/LicenceNotices.vue'),
  hydrate: () => undefined,
});
const Outcomes = defineAsyncComponent({
  loader: () => import('./components/Outcomes.vue'),
  hydrate: () => undefined,
});
const PeerPicture = defineAsyncComponent({
  loader: () => import('./components/PeerPicture.vue'),
  hydrate: () => undefined,
});
const PerformanceTable = defineAsyncComponent({
  loader: () => import('./components/PerformanceTable.vue'),
  hydrate: () => undefined,
});

// … and what answers the reader wakes when it comes near.
const whenNear = hydrateOnVisible({ rootMargin: '600px' });
const PredictBank = defineAsyncComponent({
  loader: () => import('./components/PredictBank.vue'),
  hydrate: whenNear,
});
const CodeRuler = defineAsyncComponent({
  loader: () => import('./components/CodeRuler.vue'),
  hydrate: whenNear,
});
const HelloBytes = defineAsyncComponent({
  loader: () => import('./components/HelloBytes.vue'),
  hydrate: whenNear,
});
const LeakBench = defineAsyncComponent({
  loader: () => import('./components/LeakBench.vue'),
  hydrate: whenNear,
});
const PeerRooms = defineAsyncComponent({
  loader: () => import('./components/PeerRooms.vue'),
  hydrate: whenNear,
});
const MessageSorter = defineAsyncComponent({
  loader: () => import('./components/MessageSorter.vue'),
  hydrate: whenNear,
});
const ClockBench = defineAsyncComponent({
  loader: () => import('./components/ClockBench.vue'),
  hydrate: whenNear,
});
const BlockedGraph = defineAsyncComponent({
  loader: () => import('./components/BlockedGraph.vue'),
  hydrate: whenNear,
});
const TokenBench = defineAsyncComponent({
  loader: () => import('./components/TokenBench.vue'),
  hydrate: whenNear,
});
const WireBytes = defineAsyncComponent({
  loader: () => import('./components/WireBytes.vue'),
  hydrate: whenNear,
});

const theme: Theme = {
  Layout,
  enhanceApp(context) {
    context.app.component('LicenceNotices', LicenceNotices);
    context.app.component('ChapterList', ChapterList);
    context.app.component('PageList', PageList);
    context.app.component('ExerciseList', ExerciseList);
    context.app.component('Outcomes', Outcomes);
    context.app.component('PeerPicture', PeerPicture);
    context.app.component('PerformanceTable', PerformanceTable);
    context.app.component('Predict', Predict);
    context.app.component('PredictBank', PredictBank);
    context.app.component('Recall', Recall);
    context.app.component('RepoLink', RepoLink);
    context.app.component('RunLine', RunLine);
    context.app.component('CodeRuler', CodeRuler);
    context.app.component('HelloBytes', HelloBytes);
    context.app.component('LeakBench', LeakBench);
    context.app.component('PeerRooms', PeerRooms);
    context.app.component('MessageSorter', MessageSorter);
    context.app.component('ClockBench', ClockBench);
    context.app.component('BlockedGraph', BlockedGraph);
    context.app.component('TokenBench', TokenBench);
    context.app.component('WireBytes', WireBytes);
    context.app.component('TryFirst', TryFirst);
    context.app.component('TracePlayer', TracePlayer);
    for (const extension of Object.values(extensions)) extension.default(context);
  },
};

export default theme;
