import ExerciseLayout from './ExerciseLayout.vue';
import { ownLayouts } from './own.ts';

ownLayouts['exercise'] = ExerciseLayout;
