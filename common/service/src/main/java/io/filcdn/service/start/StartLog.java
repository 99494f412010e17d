package io.filcdn.service.start;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;

/** Lines on the console before there is a log: text or JSON, as the log will be. */
record StartLog(PrintStream out, Clock clock, boolean json) implements Consumer<String> {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

  @Override
  public void accept(String message) {
    OffsetDateTime now = OffsetDateTime.now(clock);
    String line =
        json
            ? inJson(now, message)
            : "%s INFO  [StartGate] %s".formatted(TIME.format(now), message);
    out.println(line);
    out.flush();
  }

  private static String inJson(OffsetDateTime now, String message) {
    ObjectNode line =
        JSON.createObjectNode()
            .put("timestamp", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(now))
            .put("loggerName", StartGate.class.getName())
            .put("level", "INFO")
            .put("message", message);
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an object of texts can be written", e);
    }
  }
}
