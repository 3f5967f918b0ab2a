package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TokenizerFileTest {
    private static TokenizerFile read(String json) throws IOException {
        return TokenizerFile.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static int[] ids(String json, String text) throws IOException {
        return read(json).tokenizer().tokenize(text).toArray();
    }

    @Test
    void truncationAndPaddingOfTheFileDoNotHappen() throws IOException {
        assertThat(Tiny.tokenizerJson()).contains("\"max_length\": 3").contains("\"Fixed\": 9");
        assertThat(ids(Tiny.tokenizerJson(), "a b c d a b")).containsExactly(4, 5, 6, 7, 4, 5);
        assertThat(ids(Tiny.tokenizerJson(), "a")).containsExactly(4);
    }

    @Test
    void piecesThatContinueAWordDoNotStartOne() throws IOException {
        assertThat(ids(Tiny.tokenizerJson(), "ab ba bb")).containsExactly(4, 9, 5, 8, 5, 9);
    }

    @Test
    void aWordThatDoesNotComeOutEvenIsUnknownAsAWhole() throws IOException {
        assertThat(ids(Tiny.tokenizerJson(), "abz ac a")).containsExactly(1, 1, 4);
    }

    @Test
    void theCaseIsKeptWhereTheFileSaysSo() throws IOException {
        String cased = Tiny.tokenizerJson().replace("\"lowercase\": true", "\"lowercase\": false");
        assertThat(ids(cased, "A a \u00e1")).as("accents stay with the case").containsExactly(1, 4, 1);
        String stripped = cased.replace("\"strip_accents\": null", "\"strip_accents\": true");
        assertThat(ids(stripped, "A a \u00e1")).containsExactly(1, 4, 4);
    }

    @Test
    void theLongestWordIsThatOfTheFile() throws IOException {
        String three =
                Tiny.tokenizerJson().replace("\"max_input_chars_per_word\": 100", "\"max_input_chars_per_word\": 3");
        assertThat(ids(three, "aaa aaaa")).containsExactly(4, 8, 8, 1);
    }

    @Test
    void otherKindsOfTokenizerAreRefused() {
        String json = Tiny.tokenizerJson();
        assertRefused(json.replace("WordPiece", "Unigram"), "model.type must be WordPiece, was Unigram");
        assertRefused(json.replace("BertNormalizer", "NFC"), "normalizer.type must be BertNormalizer, was NFC");
        assertRefused(
                json.replace("BertPreTokenizer", "Metaspace"),
                "pre_tokenizer.type must be BertPreTokenizer, was Metaspace");
    }

    @Test
    void aFileWithoutWhatIsNeededIsRefused() {
        assertRefused("[]", "a tokenizer file must hold a JSON object");
        assertRefused("{}", "normalizer.type must be BertNormalizer, was none");
        assertRefused(
                Tiny.tokenizerJson().replace("\"vocab\"", "\"words\""), "its vocabulary as an object at model.vocab");
        assertRefused(Tiny.tokenizerJson().replace("chars_per_word\": 100", "chars_per_word\": 0"), "was 0");
    }

    @Test
    void aTokenThatMustBeThereIsNamed() throws IOException {
        TokenizerFile file = read(Tiny.tokenizerJson().replace("[CLS]", "<s>"));
        assertThatThrownBy(() -> file.id("[CLS]"))
                .isInstanceOf(IOException.class)
                .hasMessage("the vocabulary must hold [CLS] and does not");
    }

    private static void assertRefused(String json, String reason) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(IOException.class).hasMessageContaining(reason);
    }
}
