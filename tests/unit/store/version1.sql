PRAGMA application_id = 1802068602;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        project TEXT,
        created TEXT NOT NULL,
        updated TEXT NOT NULL
    ) WITHOUT ROWID;
INSERT INTO "conversations" VALUES('1jwr4z6c0q7k2ma','Why is it slow?','/home/ada/engine','2025-01-31T11:59:00.000Z','2025-01-31T12:00:00.000Z');
CREATE TABLE egress (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        time TEXT NOT NULL,
        host TEXT NOT NULL,
        model TEXT NOT NULL,
        feature TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        tokens INTEGER NOT NULL,
        redactions TEXT NOT NULL,
        text TEXT NOT NULL
    );
INSERT INTO "egress" VALUES(1,'2025-01-31T11:59:30.000Z','api.openai.com','openai/gpt-5','chat',412,12,'0','Why does the loop recompute');
CREATE TABLE messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        created TEXT NOT NULL,
        engine TEXT,
        artifacts TEXT NOT NULL,
        tool_calls TEXT NOT NULL,
        usage TEXT
    );
INSERT INTO "messages" VALUES(1,'1jwr4z6c1b3d5f7','1jwr4z6c0q7k2ma','user','Why does the loop recompute the Bernoulli numbers?','2025-01-31T11:59:00.000Z',NULL,'[]','[]',NULL);
INSERT INTO "messages" VALUES(2,'1jwr4z6c2h8j9k1','1jwr4z6c0q7k2ma','assistant','Because nothing keeps them; memoize the function.','2025-01-31T12:00:00.000Z','openai/gpt-5','[{"language": "python", "code": "@cache"}]','[]','{"inputTokens": 12}');
CREATE TABLE usage (
        seq INTEGER PRIMARY KEY,
        time TEXT NOT NULL,
        session TEXT NOT NULL,
        engine TEXT NOT NULL,
        feature TEXT NOT NULL,
        project TEXT,
        conversation_id TEXT,
        input_tokens INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        cost_usd REAL,
        estimated INTEGER NOT NULL,
        duration_ms INTEGER NOT NULL,
        error_kind TEXT
    );
INSERT INTO "usage" VALUES(1,'2025-01-31T12:00:00.000Z','1jwr4z6c000000s','openai/gpt-5','chat','/home/ada/engine','1jwr4z6c0q7k2ma',12,0,9,0.25,0,830,NULL);
CREATE INDEX conversations_by_update ON conversations (updated, id);
CREATE INDEX conversations_by_project ON conversations (project, updated, id);
CREATE INDEX messages_by_conversation ON messages (conversation_id, seq);
CREATE INDEX usage_by_time ON usage (time);
CREATE INDEX usage_by_session ON usage (session);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('messages',2);
INSERT INTO "sqlite_sequence" VALUES('egress',1);
COMMIT;
