package dev.sluice.playground.schema;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads protobuf's wire format: the number of a field, then its value.
final class WireReader {
  private final byte[] bytes;
  private final int end;
  private int at;
  private int wire;
  private int field;

  WireReader(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /// Goes to the next field.
  ///
  /// @return false at the end
  /// @throws IllegalArgumentException here and below, for what is no such format
  boolean next() {
    if (at >= end) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    wire = (int) (tag & 7);
    return true;
  }

  int field() {
    return field;
  }

  long number() {
    if (wire != 0) {
      throw new IllegalArgumentException("not a number");
    }
    return varint();
  }

  double fraction() {
    if (wire != 1 || end - at < 8) {
      throw new IllegalArgumentException("not a fraction");
    }
    long bits = 0;
    for (int i = 7; i >= 0; i--) {
      bits = bits << 8 | (bytes[at + i] & 0xff);
    }
    at += 8;
    return Double.longBitsToDouble(bits);
  }

  byte[] bytes() {
    if (wire != 2) {
      throw new IllegalArgumentException("not of a given length");
    }
    long length = varint();
    if (length < 0 || length > end - at) {
      throw new IllegalArgumentException("longer than what is left");
    }
    var part = Arrays.copyOfRange(bytes, at, at + (int) length);
    at += (int) length;
    return part;
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  WireReader nested() {
    var part = bytes();
    return new WireReader(part, 0, part.length);
  }

  void skip() {
    switch (wire) {
      case 0 -> varint();
      case 1 -> at += 8;
      case 2 -> bytes();
      case 5 -> at += 4;
      default -> throw new IllegalArgumentException("unknown wire type " + wire);
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= end) {
        throw new IllegalArgumentException("ends inside a number");
      }
      byte part = bytes[at++];
      value |= (long) (part & 0x7f) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }
}
