package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Porter2Test {
    @ParameterizedTest
    @CsvSource({
        "caresses,caress",
        "ponies,poni",
        "ties,tie",
        "cries,cri",
        "gas,gas",
        "gaps,gap",
        "kiwis,kiwi",
        "bus,bus",
        "focus,focus",
        "glass,glass",
        "agreed,agre",
        "feed,feed",
        "luxuriated,luxuri",
        "hopped,hop",
        "hoping,hope",
        "hopping,hop",
        "adding,add",
        "egging,egg",
        "troubled,troubl",
        "sized,size",
        "dying,die",
        "trying,tri",
        "say,say",
        "by,by",
        "cry,cri",
        "enjoying,enjoy",
        "youth,youth",
        "boyish,boyish",
        "yes,yes",
        "sayings,say",
    })
    void takesInflectionsOff(String word, String stem) {
        assertThat(Porter2.stem(word)).isEqualTo(stem);
    }

    @ParameterizedTest
    @CsvSource({
        "relational,relat",
        "conditional,condit",
        "valency,valenc",
        "digitizer,digit",
        "conformably,conform",
        "vietnamization,vietnam",
        "operator,oper",
        "feudalism,feudal",
        "decisiveness,decis",
        "hopefulness,hope",
        "callousness,callous",
        "formality,formal",
        "sensitivity,sensit",
        "sensibility,sensibl",
        "geologist,geolog",
        "geology,geolog",
        "gently,gentl",
        "really,realli",
        "harmlessly,harmless",
        "triplicate,triplic",
        "formative,format",
        "electricity,electr",
        "goodness,good",
        "revival,reviv",
        "inference,infer",
        "airliner,airlin",
        "adjustable,adjust",
        "replacement,replac",
        "adoption,adopt",
        "communism,communism",
        "activate,activ",
        "effective,effect",
        "rate,rate",
        "cease,ceas",
        "controlling,control",
        "roll,roll",
    })
    void takesDerivationsOff(String word, String stem) {
        assertThat(Porter2.stem(word)).isEqualTo(stem);
    }

    @ParameterizedTest
    @CsvSource({
        "skies,sky",
        "sky,sky",
        "news,news",
        "early,earli",
        "atlas,atlas",
        "proceed,proceed",
        "exceeding,exceed",
        "succeedly,succeed",
        "herring,herring",
        "evenings,evening",
        "generate,generat",
        "general,general",
        "generic,generic",
        "universal,universal",
        "university,universiti",
        "universe,univers",
        "later,later",
        "lateral,lateral",
        "past,past",
        "pasted,paste",
        "organ,organ",
        "organization,organiz",
        "internal,internal",
        "emergency,emergenc",
        "communication,communic",
        "arsenal,arsenal",
    })
    void knowsTheExceptions(String word, String stem) {
        assertThat(Porter2.stem(word)).isEqualTo(stem);
    }

    @ParameterizedTest
    @CsvSource({"a,a", "is,is", "y,y", "ing,ing", "ed,ed", "eed,eed", "ies,ie", "sss,sss", "yyy,yyy", "tis,tis"})
    void standsShortAndOddWords(String word, String stem) {
        assertThat(Porter2.stem(word)).isEqualTo(stem);
    }

    @Test
    void stemsAnyLettersWithoutFailing() {
        long seed = Long.getLong("seed", 20261122L);
        Random random = new Random(seed);
        String[] pieces = {
            "y", "e", "ed", "ing", "ly", "ational", "s", "ll", "at", "i", "past", "inter", "x", "iz", "ion"
        };
        for (int i = 0; i < 50_000; i++) {
            StringBuilder word = new StringBuilder();
            for (int n = 1 + random.nextInt(5); n > 0; n--) {
                word.append(pieces[random.nextInt(pieces.length)]);
            }
            assertThat(Porter2.stem(word.toString()))
                    .as("seed %d, word %s", seed, word)
                    .matches("[a-z]+")
                    .hasSizeLessThanOrEqualTo(word.length() + 1);
        }
    }
}
