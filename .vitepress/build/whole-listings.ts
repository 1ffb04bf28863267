/**
 * Vue keeps long static HTML as one text, which costs nothing to wake, but not where it
 * fills the slot of a component: there a listing of twenty lines becomes code for hundreds
 * of nodes, which each page compiles and runs. Here it is a text in each place.
 */
import {
  CREATE_STATIC,
  createCallExpression,
  createSimpleExpression,
  type ElementNode,
  ElementTypes,
  NodeTypes,
  type NodeTransform,
  type TemplateChildNode,
} from '@vue/compiler-dom';

/** For `compilerOptions.nodeTransforms`. The server writes the listing as it is. */
export const wholeListings: NodeTransform = (node, context) => {
  if (context.ssr || !isListing(node)) return;
  const { parent } = context;
  const fillsSlot =
    parent?.type === NodeTypes.ELEMENT && parent.tagType === ElementTypes.COMPONENT;
  if (!fillsSlot) return;
  let html = htmlOf(node);
  let count = 1;
  // Those that follow at once belong to it: of two texts on one line of code, VitePress
  // leaves one out where it makes the lean page.
  const next = parent.children.indexOf(node) + 1;
  for (;;) {
    const follower = parent.children[next];
    if (follower === undefined || !isListing(follower)) break;
    html += htmlOf(follower);
    count += 1;
    context.removeNode(follower);
  }
  const made = createCallExpression(context.helper(CREATE_STATIC), [
    JSON.stringify(html),
    String(count),
  ]);
  // A text call is written out as it stands; what is not constant is not kept as nodes.
  context.replaceNode({
    type: NodeTypes.TEXT_CALL,
    content: createSimpleExpression('', false, node.loc) as never,
    loc: node.loc,
    codegenNode: context.cache(made) as never,
  });
};

type Child = TemplateChildNode | Parameters<NodeTransform>[0];

function isListing(node: Child): node is ElementNode {
  if (node.type !== NodeTypes.ELEMENT || node.tag !== 'figure') return false;
  return node.props.some(
    (prop) =>
      prop.type === NodeTypes.ATTRIBUTE &&
      prop.name === 'class' &&
      /\bpw-listing\b/.test(prop.value?.content ?? ''),
  );
}

function htmlOf({ loc }: ElementNode): string {
  return loc.source.replace(/^(<figure[^>]*?) v-pre(?=[\s>])/, '$1');
}
