/**
 * Layouts of one kind of page, which bring much with them. Such a page imports the file
 * that adds its layout here, so that it comes with the page and no other page loads it.
 */
import type { Component } from 'vue';

export const ownLayouts: Record<string, Component> = {};
