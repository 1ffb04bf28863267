/**
 * Every step of a recorded run as text, folded at the end of its page. The server writes
 * it and nothing in it needs a script; a page that was reached by a click makes it when
 * it is opened, or printed.
 */
import {
  defineComponent,
  getCurrentInstance,
  h,
  onBeforeUnmount,
  onMounted,
  ref,
  type Component,
} from 'vue';
import traces from 'virtual:peerwalk-traces';
import { still } from '../theme/later.ts';
import { useStrings } from '../theme/strings/index.ts';

const tables = new Map<string, Component>();

function tableOf(name: string): Component {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const load = traces[name];
  if (load === undefined) throw new Error(`no trace is named ${name}`);
  const table = still(async () => {
    const [{ default: data }, { default: TraceSteps }] = await Promise.all([
      load(),
      import('./TraceSteps.vue'),
    ]);
    return { name: 'AllSteps', render: () => h(TraceSteps, { data }) };
  });
  tables.set(name, table);
  return table;
}

export default defineComponent({
  name: 'AllSteps',
  props: { src: { type: String, required: true } },
  setup(props) {
    const strings = useStrings();
    const made = ref(import.meta.env.SSR || getCurrentInstance()?.vnode.el != null);
    const open = ref(false);
    function show(): void {
      made.value = true;
      open.value = true;
    }
    function onHash(): void {
      if (location.hash === '#all-steps') show();
    }
    onMounted(() => {
      addEventListener('beforeprint', show);
      addEventListener('hashchange', onHash);
      onHash();
    });
    onBeforeUnmount(() => {
      removeEventListener('beforeprint', show);
      removeEventListener('hashchange', onHash);
    });
    return () =>
      h(
        'details',
        {
          id: 'all-steps',
          class: 'pw-trace-table pw-wide',
          open: open.value,
          onToggle: ({ target }: Event) => {
            if (target instanceof HTMLDetailsElement) open.value = target.open;
            if (open.value) made.value = true;
          },
        },
        [
          h('summary', strings.value.trace.allSteps),
          made.value ? h(tableOf(props.src)) : undefined,
        ],
      );
  },
});
