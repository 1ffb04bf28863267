/**
 * Vue keeps long static HTML as one text, which costs nothing to wake, but not where it
 * fills the slot of a component: there a listing of twenty lines becomes code for hundreds
 * of nodes, which each page compiles and runs. Here it is a text in each place.
 */
import {
  CREATE_STATIC,
  createCallExpression,
  createSimpleExpression,
  ElementTypes,
  NodeTypes,
  type NodeTransform,
} from '@vue/compiler-dom';

/** For `compilerOptions.nodeTransforms`. The server writes the listing as it is. */
export const wholeListings: NodeTransform = (node, context) => {
  if (context.ssr || node.type !== NodeTypes.ELEMENT || node.tag !== 'figure') return;
  const isListing = node.props.some(
    (prop) =>
      prop.type === NodeTypes.ATTRIBUTE &&
      prop.name === 'class' &&
      /\bpw-listing\b/.test(prop.value?.content ?? ''),
  );
  const { parent } = context;
  const fillsSlot =
    parent?.type === NodeTypes.ELEMENT && parent.tagType === ElementTypes.COMPONENT;
  if (!isListing || !fillsSlot) return;
  const html = node.loc.source.replace(/^(<figure[^>]*?) v-pre(?=[\s>])/, '$1');
  const made = createCallExpression(context.helper(CREATE_STATIC), [
    JSON.stringify(html),
    '1',
  ]);
  // A text call is written out as it stands; what is not constant is not kept as nodes.
  context.replaceNode({
    type: NodeTypes.TEXT_CALL,
    content: createSimpleExpression('', false, node.loc) as never,
    loc: node.loc,
    codegenNode: context.cache(made) as never,
  });
};
