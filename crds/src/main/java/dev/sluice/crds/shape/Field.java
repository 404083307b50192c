package dev.sluice.crds.shape;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a record says about one of its fields; schemas and reference pages are made from it.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Field {

  /// One or two sentences for whoever writes a manifest.
  String value();

  /// Refused when absent, by the schema and by [Binding#read].
  boolean required() default false;

  /// The name in JSON where Java cannot spell it; empty for the component's own.
  String name() default "";

  /// Replaces the schema type that follows from the Java type; `int-or-string` is known beside the
  /// JSON Schema names. For a list, the type of its elements.
  String type() default "";

  /// The shape of a component that is kept as JSON because it is only passed on.
  Class<?> shape() default void.class;

  /// The values a text may have; an enum names its own.
  String[] values() default {};

  /// The empty text is allowed too and means absent.
  boolean orEmpty() default false;

  String pattern() default "";

  /// `url`, `date-time` and the like.
  String format() default "";

  double minimum() default Double.NEGATIVE_INFINITY;

  double maximum() default Double.POSITIVE_INFINITY;

  int minLength() default 0;

  int maxLength() default 0;

  int maxItems() default 0;

  /// Filled in by the API server, as JSON; empty for none.
  String byDefault() default "";
}
