/// How records become custom resources: what they say about their fields, reading them from JSON
/// and writing them back, and the schemas and reference pages made from them. Must not know any
/// single kind.
@NullMarked
package dev.sluice.crds.shape;

import org.jspecify.annotations.NullMarked;
