-- Roles and database for Reelwork on a PostgreSQL of your own. Once, as a superuser: sudo -u postgres psql -f setup.sql
--
-- reelwork_owner  owns all tables; nobody logs in as it. Migrations run as it, started by a superuser:
--                   sudo -u postgres env REEL_DATABASE_URL='postgresql:///reelwork?options=-crole%3Dreelwork_owner' reel db migrate
-- reelwork        the service: reads and writes rows, but can neither change nor remove tables, functions and triggers.
--
-- As the system's user reelwork the service needs no password on the same machine. For others: \password reelwork

\set ON_ERROR_STOP on

CREATE ROLE reelwork_owner NOLOGIN;
CREATE ROLE reelwork LOGIN;

CREATE DATABASE reelwork OWNER reelwork_owner TEMPLATE template0 ENCODING UTF8 LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE reelwork FROM PUBLIC;
GRANT CONNECT ON DATABASE reelwork TO reelwork;

\connect reelwork
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO reelwork;
ALTER DEFAULT PRIVILEGES FOR ROLE reelwork_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO reelwork;
ALTER DEFAULT PRIVILEGES FOR ROLE reelwork_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE reelwork_owner GRANT EXECUTE ON FUNCTIONS TO reelwork;
