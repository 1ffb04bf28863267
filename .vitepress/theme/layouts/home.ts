import HomeLayout from './HomeLayout.vue';
import { ownLayouts } from './own.ts';

ownLayouts['home'] = HomeLayout;
