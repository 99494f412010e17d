package io.filcdn.service.log;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/**
 * A filter that passes every message, as one line: what providers, clients, nodes and records say
 * is in messages, and a line end of theirs would begin a line that looks like the service's own, an
 * escape sequence do as it likes with a terminal. Such characters are spelled as Java spells them.
 * The traces of exceptions are no messages.
 */
@LoggingFilter(name = "one-line-messages")
public final class OneLineMessages implements Filter {

  private static final Formatter MESSAGE = new PatternFormatter("%s");

  @Override
  public boolean isLoggable(LogRecord record) {
    if (record instanceof ExtLogRecord message) {
      String text = MESSAGE.formatMessage(message);
      if (text != null && text.chars().anyMatch(OneLineMessages::isSpelled)) {
        message.setMessage(spelled(text), ExtLogRecord.FormatStyle.NO_FORMAT);
        message.setParameters(null);
      }
    }
    return true;
  }

  private static String spelled(String text) {
    StringBuilder line = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isSpelled(c)) {
        line.append(c);
      } else if (c == '\n') {
        line.append("\\n");
      } else {
        line.append("\\u%04x".formatted((int) c));
      }
    }
    return line.toString();
  }

  private static boolean isSpelled(int c) {
    return (Character.isISOControl(c) && c != '\t') || c == '\u2028' || c == '\u2029';
  }
}
