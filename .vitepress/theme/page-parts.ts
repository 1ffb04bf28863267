/** The larger parts of pages, each of which wakes as a piece. */
import { Content as PageContent } from 'vitepress';
import AllStepsPart from '../lab/all-steps.ts';
import TracePlayerPart from '../lab/TracePlayer.vue';
import ChapterListPart from './components/ChapterList.vue';
import ExerciseListPart from './components/ExerciseList.vue';
import PageListPart from './components/PageList.vue';
import PredictPart from './components/Predict.vue';
import ProgressRailPart from './components/ProgressRail.vue';
import RecallPart from './components/Recall.vue';
import SectionBarPart from './components/SectionBar.vue';
import SiteFooterPart from './components/SiteFooter.vue';
import TryFirstPart from './components/TryFirst.vue';
import { piece } from './pieces.ts';

export const AllSteps = piece(AllStepsPart);
export const ChapterList = piece(ChapterListPart);
export const Content = piece(PageContent);
export const ExerciseList = piece(ExerciseListPart);
export const PageList = piece(PageListPart);
export const Predict = piece(PredictPart);
export const ProgressRail = piece(ProgressRailPart);
export const Recall = piece(RecallPart);
export const SectionBar = piece(SectionBarPart);
export const SiteFooter = piece(SiteFooterPart);
export const TracePlayer = piece(TracePlayerPart);
export const TryFirst = piece(TryFirstPart);
